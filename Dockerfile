# One image for every role: `deskbell serve --role all|web|worker`.
FROM python:3.11-slim-bookworm

WORKDIR /app
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY agent agent
COPY channels channels
COPY demo demo
COPY desk desk
COPY evals evals
COPY hub hub
COPY identity identity
COPY knowledge knowledge
COPY server server
COPY shop shop
COPY skills skills
RUN python -m pip install --no-cache-dir --no-deps --no-build-isolation . \
    && useradd --create-home deskbell && mkdir /var/deskbell && chown deskbell /var/deskbell

USER deskbell
ENV DESKBELL_VAR=/var/deskbell
VOLUME /var/deskbell
EXPOSE 8600
# SIGTERM ends it within ten seconds: what runs is finished, what waits is taken up by another process or at the next start.
STOPSIGNAL SIGTERM
ENTRYPOINT ["deskbell"]
CMD ["serve"]
