FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY bin bin
COPY src src
COPY workers workers
# The documentation is served, and the operators' page explains failures in its words.
COPY docs docs
COPY README.md CONTRIBUTING.md CHANGELOG.md .env.example ./
RUN node bin/build.mjs

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production
ENV DATA_DIR=/data
# Which processes run in this container: web, worker, or both. Redis is always another container.
ENV ROLES=web,worker
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY package.json .env.example ./
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY bin bin
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/src/main.js"]
