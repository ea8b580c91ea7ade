# The router, all roles in one image: `docker run IMAGE run intake --rules /rules`.
FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /opt/router
COPY requirements.lock ./
RUN /opt/router/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY router ./router
COPY topics ./topics
COPY runbooks ./runbooks
COPY examples ./examples
# hatchling builds the wheel; everything that runs was installed from the lock above.
RUN /opt/router/bin/pip install --no-cache-dir --no-deps .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/router --create-home router
COPY --from=build /opt/router /opt/router
ENV PATH=/opt/router/bin:$PATH PYTHONUNBUFFERED=1 ROUTER_DATA_DIR=/var/lib/router
USER router
WORKDIR /var/lib/router
ENTRYPOINT ["router"]
CMD ["--help"]
