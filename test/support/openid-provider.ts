import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** What the client is called at the provider. */
export const CLIENT = { id: "siro-bridge", secret: "an-invented-client-secret" };

/** The next sign-in: who stands before the provider, and what is wrong with its answer. */
export interface NextSignIn {
  /** The claims of the id token beside those that the protocol asks for. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Claims of the protocol that are not what they should be. */
  readonly wrong?: Readonly<Record<string, unknown>>;
  /** The id token is signed by a key that the provider does not publish. */
  readonly isForged?: boolean;
  /** The person says no. */
  readonly isDenied?: boolean;
}

interface IssuedCode {
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string;
  readonly next: NextSignIn;
}

export type OpenIdProvider = Awaited<ReturnType<typeof startOpenIdProvider>>;

/** An OpenID provider on 127.0.0.1: discovery, keys, authorization with PKCE, codes that work once, signed id tokens. */
export async function startOpenIdProvider() {
  const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const codes = new Map<string, IssuedCode>();
  let next: NextSignIn = { claims: {} };
  let issuer = "";

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  issuer = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", issuer);
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return json(response, 200, metadata());
      case "/jwks":
        return json(response, 200, {
          keys: [
            { ...own.publicKey.export({ format: "jwk" }), kid: "own", alg: "RS256", use: "sig" },
          ],
        });
      case "/authorize":
        return authorize(url.searchParams, response);
      case "/token":
        return token(new URLSearchParams(await text(request)), response);
      default:
        return json(response, 404, { error: "not_found" });
    }
  }

  function metadata() {
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      code_challenge_methods_supported: ["S256"],
    };
  }

  /** Nobody has to type anything here: whoever comes is the next person. */
  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const isRight =
      query.get("client_id") === CLIENT.id &&
      query.get("response_type") === "code" &&
      query.get("code_challenge_method") === "S256" &&
      (query.get("scope") ?? "").split(" ").includes("openid");
    if (!isRight) {
      json(response, 400, { error: "invalid_request" });
      return;
    }
    const back = new URL(query.get("redirect_uri") ?? "");
    back.searchParams.set("state", query.get("state") ?? "");
    if (next.isDenied === true) {
      back.searchParams.set("error", "access_denied");
    } else {
      const code = randomUUID();
      codes.set(code, {
        redirectUri: query.get("redirect_uri") ?? "",
        challenge: query.get("code_challenge") ?? "",
        nonce: query.get("nonce") ?? "",
        next,
      });
      back.searchParams.set("code", code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  function token(form: URLSearchParams, response: ServerResponse): void {
    const code = form.get("code") ?? "";
    const issued = codes.get(code);
    codes.delete(code);
    if (form.get("client_id") !== CLIENT.id || form.get("client_secret") !== CLIENT.secret) {
      json(response, 401, { error: "invalid_client" });
      return;
    }
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const isRight =
      issued !== undefined &&
      issued.redirectUri === form.get("redirect_uri") &&
      issued.challenge === challenge;
    if (!isRight) {
      json(response, 400, { error: "invalid_grant" });
      return;
    }
    json(response, 200, {
      access_token: randomUUID(),
      token_type: "Bearer",
      expires_in: 300,
      id_token: idToken(issued),
    });
  }

  function idToken({ nonce, next: { claims, wrong = {}, isForged = false } }: IssuedCode): string {
    const now = Math.floor(Date.now() / 1000);
    const all = {
      iss: issuer,
      aud: CLIENT.id,
      iat: now,
      exp: now + 300,
      nonce,
      ...claims,
      ...wrong,
    };
    return signed(all, isForged ? stranger.privateKey : own.privateKey);
  }

  return {
    issuer,
    /** Says who stands before the provider from now on. */
    meet: (who: NextSignIn) => {
      next = who;
    },
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function signed(claims: object, key: KeyObject): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = `${part({ alg: "RS256", kid: "own", typ: "JWT" })}.${part(claims)}`;
  return `${body}.${sign("RSA-SHA256", Buffer.from(body), key).toString("base64url")}`;
}

function json(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { "content-type": "application/json", "cache-control": "no-store" })
    .end(JSON.stringify(body));
}
