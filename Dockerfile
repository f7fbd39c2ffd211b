# Two stages: the first has what installing needs, the second only what running needs.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: --requirement requirements.lock
COPY . .
RUN find locale -name '*.po' -execdir /venv/bin/pybabel compile --input-file {} --output-file django.mo ';' \
 && SHAREDICT_MODE=production SHAREDICT_ORIGIN=https://build.invalid SHAREDICT_SECRET_KEY="$(head -c 60 /dev/urandom | base64 -w0)" \
    DATABASE_URL=postgresql://build.invalid/build REDIS_URL=redis://build.invalid \
    /venv/bin/python manage.py collectstatic --no-input

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin sharedict
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
RUN mkdir -p var && chown sharedict var
USER sharedict
EXPOSE 8000
CMD ["python", "-m", "sharedict.web"]
