# One image for all services and programs: which one it runs follows from the working directory, /turnout/apps/<service>.

ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS packages
WORKDIR /turnout
# Manifests first, so that the packages are fetched again only when one of these changes.
COPY package.json package-lock.json ./
COPY apps/checkin-service/package.json apps/checkin-service/
COPY apps/closure-service/package.json apps/closure-service/
COPY apps/admin-service/package.json apps/admin-service/
COPY apps/notifier/package.json apps/notifier/
COPY packages packages
RUN find packages -mindepth 2 -maxdepth 2 ! -name package.json -exec rm -r {} +
# Packages of development stay outside, and so does the Node of optionalDependencies: the image has its own.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund --no-update-notifier \
      --workspace apps/checkin-service --workspace apps/closure-service --workspace apps/admin-service \
      --workspace apps/notifier --workspace packages/demo --workspace packages/invariants --include-workspace-root=false

FROM ${NODE_IMAGE} AS services
ENV NODE_ENV=production
WORKDIR /turnout
COPY --from=packages /turnout/node_modules node_modules
COPY package.json ./
COPY apps apps
COPY packages packages
COPY ops ops
# Volumes that are mounted here belong to node from the beginning.
RUN for each in postgres redis rabbitmq checkin closure admin notifier owner declarer demo reader grafana operator; do mkdir -p "/secrets/$each"; done \
 && chown -R node:node /secrets
USER node
# Sockets, not processors, are what a service waits for; the nursery is what its requests leave behind.
ENTRYPOINT ["node", "--env-file-if-exists=/secrets/env", "--max-semi-space-size=32", "--import", "@turnout/runtime/telemetry-register"]
CMD ["src/main.ts"]
HEALTHCHECK --interval=5s --timeout=8s --start-period=60s --retries=6 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
