"""Find templates that nothing names: dead pages rot unseen.

A template counts as used when its path, or a built path's fixed part, stands in quotes in Python or in another
template, or when it replaces one of an installed package, which then renders it.
"""

import re
import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("portal", "policies", "applications", "review")
KINDS = {".html", ".txt", ".xml"}
QUOTED = re.compile(r"""["']([\w/{}.\-]+\.(?:html|txt|xml))["']""")


def names_in_use(root: Path) -> set[str]:
    """Return every template path that code or a template names; a `{…}` in an f-string stands for any word."""
    files = [path for app in APPS for path in (root / app).rglob("*.py")]
    files += [path for path in (root / "templates").rglob("*") if path.is_file()]
    return {name for path in files for name in QUOTED.findall(path.read_text(encoding="utf-8"))}


def replaces_a_package(name: str, package_folders: list[Path]) -> bool:
    """Whether an installed package has a template of this path, which ours then stands in for."""
    return any((folder / name).is_file() for folder in package_folders)


def package_template_folders() -> list[Path]:
    """Return the template folders of the packages that render pages here."""
    folders = []
    for package in ("allauth", "crispy_forms", "crispy_bootstrap5", "django"):
        if package not in packages_distributions():
            continue
        spec = find_spec(package)
        for place in (spec.submodule_search_locations or []) if spec else []:
            folders += [path for path in Path(place).rglob("templates") if path.is_dir()]
    return folders


def unused_templates(root: Path = ROOT) -> list[str]:
    """Return the templates that nothing names, sorted."""
    used = names_in_use(root)
    patterns = [re.compile(re.sub(r"\\\{[^}]*\\\}", r"[\\w-]+", re.escape(name))) for name in used if "{" in name]
    # Django and allauth (rate limits) look for these by name.
    error_pages = {"400.html", "403.html", "405.html", "404.html", "429.html", "500.html"}
    folders = package_template_folders()
    found = []
    for path in sorted((root / "templates").rglob("*")):
        name = path.relative_to(root / "templates").as_posix()
        if path.suffix not in KINDS or name in used or name in error_pages or replaces_a_package(name, folders):
            continue
        if not any(pattern.fullmatch(name) for pattern in patterns):
            found.append(name)
    return found


def main() -> int:
    """Print the unused templates; return 1 if there are any."""
    found = unused_templates()
    for name in found:
        print(f"templates/{name}: nothing renders it")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
