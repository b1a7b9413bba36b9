// Lists the offers and publishes one, by both clients of Node.
import https from "node:https";

const offers = "https://cloudpartner.azure.com/api/publishers/contoso/offers";
const version = "?api-version=2017-10-31";
const form = new URLSearchParams({
  grant_type: "client_credentials",
  client_id: "contoso-owner",
  client_secret: "contoso-secret",
  resource: "https://cloudpartner.azure.com",
});
const url = "https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/oauth2/token";
const headers = { "content-type": "application/x-www-form-urlencoded" };
const reply = await new Promise((resolve, reject) => {
  const request = https.request(url, { method: "POST", headers }, (response) => {
    let text = "";
    response.on("data", (part) => (text += part));
    response.on("end", () => resolve(text));
  });
  request.on("error", reject);
  request.end(form.toString());
});
const authorization = `Bearer ${JSON.parse(reply).access_token}`;
const listed = await fetch(offers + version, { headers: { authorization } });
await listed.text();
const started = await fetch(`${offers}/sample-vm/publish${version}`, {
  method: "POST",
  headers: { authorization, "content-type": "application/json" },
  body: JSON.stringify({ metadata: { "notification-emails": "release@contoso.example" } }),
});
await started.text();
console.log(listed.status, started.status);
process.exitCode = 7;
