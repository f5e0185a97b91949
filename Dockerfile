# syntax=docker/dockerfile:1
# Two stages: what builds (pip, TeX's font, the font cutter) stays behind; what runs is Python, Pango and the portal.
# Debian's own packages are not pinned by version: the base image's release gets security fixes only.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /build
# 仿宋 is taken out of a TeX package; TeX itself is not installed.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fontconfig fonts-babelstone-han fonts-cns11643-sung fonts-hanazono fonts-liberation fonts-noto-cjk libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && mkdir -p /srv/portal/.cache/fonts-src \
    && apt-get download -o APT::Sandbox::User=root texlive-lang-chinese \
    && dpkg-deb --extract ./*.deb tree \
    && find tree -name FandolFang-Regular.otf -exec cp {} /srv/portal/.cache/fonts-src/ \; \
    && test -f /srv/portal/.cache/fonts-src/FandolFang-Regular.otf \
    && rm -rf /build/* /var/lib/apt/lists/*
WORKDIR /srv/portal
COPY requirements/build.txt requirements/base.txt requirements/
RUN python -m venv /srv/venv \
    && /srv/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt \
    && /srv/venv/bin/pip install --no-cache-dir --require-hashes --no-build-isolation -r requirements/base.txt
COPY . .
# The fonts' folder is named inside their Fontconfig file, so both stages use the same path.
ENV NOTICE_FONTS_DIR=/srv/fonts
RUN DEMO=1 DATA_DIR=/tmp/data /srv/venv/bin/python manage.py build_fonts \
    && rm -rf .cache \
    && /srv/venv/bin/python -m compileall -q portal policies applications review

FROM python:3.11-slim-bookworm
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fontconfig libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 openssl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin portal \
    && install --directory --owner=portal --group=portal --mode=0750 /data
COPY --from=build /srv/venv /srv/venv
COPY --from=build /srv/fonts /srv/fonts
COPY --from=build /srv/portal /srv/portal
WORKDIR /srv/portal
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    NOTICE_FONTS_DIR=/srv/fonts
USER 10001
VOLUME /data
EXPOSE 8000
# The rest of its settings: gunicorn.conf.py.
CMD ["gunicorn", "--bind=0.0.0.0:8000"]
