# Lists the offers and publishes one, by curl.
set -eu
tokens=https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/oauth2/token
offers=https://cloudpartner.azure.com/api/publishers/contoso/offers
version='?api-version=2017-10-31'
reply=$(curl -sS --fail -d grant_type=client_credentials -d client_id=contoso-owner \
  -d client_secret=contoso-secret --data-urlencode resource=https://cloudpartner.azure.com "$tokens")
token=$(printf %s "$reply" | sed 's/.*"access_token" *: *"\([^"]*\)".*/\1/')
status() {
  curl -sS -o reply -w '%{http_code}' -H "Authorization: Bearer $token" "$@"
}
listed=$(status "$offers$version")
started=$(status -H 'Content-Type: application/json' "$offers/sample-vm/publish$version" \
  -d '{"metadata": {"notification-emails": "release@contoso.example"}}')
echo "$listed $started"
exit 7
