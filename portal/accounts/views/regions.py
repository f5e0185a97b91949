"""System administrators' pages: the authorities that notices name."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.accounts.forms import RegionForm
from portal.accounts.selectors import managed_regions
from portal.accounts.services.regions import update_region
from portal.core.http import act_of, user_of


@access(officials(Role.SYSTEM_ADMIN))
def regions(request: HttpRequest) -> HttpResponse:
    """List the regions one administers, with bureau and telephone."""
    return render(request, "accounts/regions.html", {"regions": managed_regions(user_of(request))})


@access(officials(Role.SYSTEM_ADMIN))
def region_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a region's bureau and telephone."""
    region = get_object_or_404(managed_regions(user_of(request)), pk=code)
    form = RegionForm(request.POST or None, initial={"bureau": region.bureau, "contact": region.contact})
    form.compare()
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        update_region(region, bureau=data["bureau"], contact=data["contact"], act=act_of(request))
        messages.success(request, f"{region.full_name}的发文机关和咨询电话已保存。")
        return redirect("accounts:regions")
    return render(request, "accounts/region_edit.html", {"region": region, "form": form})
