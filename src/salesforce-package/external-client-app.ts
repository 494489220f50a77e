import { APP, PERMISSION_SETS } from "./names.ts";
import { type PackageFile, sourceFile } from "./package-file.ts";
import type { PackagePlan } from "./package-plan.ts";
import { metadataXml, type XmlElement } from "./xml.ts";

const APP_ELEMENT = ["externalClientApplication", APP] as const;

/** The four files of the External Client App. None holds a key or a secret; Salesforce makes those. */
export function externalClientAppFiles(plan: PackagePlan): readonly PackageFile[] {
  return [appFile(plan), settingsFile(plan), globalSettingsFile(plan), policiesFile(plan)];
}

function appFile({ contactEmail }: PackagePlan): PackageFile {
  const text = metadataXml("ExternalClientApplication", [
    ["contactEmail", contactEmail],
    ["description", "The Siro bridge reads appointments through this app."],
    ["distributionState", "Local"],
    ["isProtected", "false"],
    ["label", "Siro Bridge"],
  ]);
  const component = { type: "ExternalClientApplication", fullName: APP };
  return sourceFile(`externalClientApps/${APP}.eca-meta.xml`, component, text);
}

// In the JWT flow a user counts as approved in advance only when the refresh scope is among the scopes.
function settingsFile({ signIn, hasRepSignIn }: PackagePlan): PackageFile {
  const name = `${APP}_oauth`;
  const scopes = [
    "Api",
    // The identity of a rep who signs in: `id` and `openid`.
    ...(hasRepSignIn ? ["Basic", "OpenID"] : []),
    ...(signIn === "jwt-bearer" ? ["RefreshToken"] : []),
  ];
  const text = metadataXml("ExtlClntAppOauthSettings", [
    ["commaSeparatedOauthScopes", scopes.join(", ")],
    APP_ELEMENT,
    ["label", name],
  ]);
  const component = { type: "ExtlClntAppOauthSettings", fullName: name };
  return sourceFile(`extlClntAppOauthSettings/${name}.ecaOauth-meta.xml`, component, text);
}

function globalSettingsFile({ baseUrl, signIn }: PackagePlan): PackageFile {
  const name = `${APP}_glbl`;
  const text = metadataXml("ExtlClntAppGlobalOauthSettings", [
    // Required in any case, and there from the start: deploying this file again takes the certificate out.
    ["callbackUrl", `${baseUrl}/rep/sign-in/callback`],
    APP_ELEMENT,
    ["isClientCredentialsFlowEnabled", String(signIn === "client-credentials")],
    ["isConsumerSecretOptional", "false"],
    ["isIntrospectAllTokens", "false"],
    ["isNamedUserJwtEnabled", "false"],
    ["isPkceRequired", "true"],
    ["isSecretRequiredForRefreshToken", "true"],
    ["label", name],
  ]);
  const component = { type: "ExtlClntAppGlobalOauthSettings", fullName: name };
  return sourceFile(`extlClntAppGlobalOauthSets/${name}.ecaGlblOauth-meta.xml`, component, text);
}

function policiesFile({ integrationUser, signIn, hasRepSignIn }: PackagePlan): PackageFile {
  const name = `${APP}_plcy`;
  const isClientCredentials = signIn === "client-credentials";
  const runAs: readonly XmlElement[] = isClientCredentials
    ? [["clientCredentialsFlowUser", integrationUser]]
    : [];
  const users = [PERMISSION_SETS.integration, ...(hasRepSignIn ? [PERMISSION_SETS.rep] : [])];
  const text = metadataXml("ExtlClntAppOauthConfigurablePolicies", [
    ...runAs,
    ["commaSeparatedPermissionSet", users.join(",")],
    APP_ELEMENT,
    ["ipRelaxationPolicyType", "Enforce"],
    ["isClientCredentialsFlowEnabled", String(isClientCredentials)],
    ["label", name],
    ["permittedUsersPolicyType", "AdminApprovedPreAuthorized"],
    ["refreshTokenPolicyType", isClientCredentials ? "Zero" : "Infinite"],
    ["requiredSessionLevel", "STANDARD"],
  ]);
  const component = { type: "ExtlClntAppOauthConfigurablePolicies", fullName: name };
  return sourceFile(`extlClntAppOauthPolicies/${name}.ecaOauthPlcy-meta.xml`, component, text);
}
