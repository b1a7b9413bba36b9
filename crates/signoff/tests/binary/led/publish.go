// Lists the offers and publishes one, by the standard library.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
)

const offers = "https://cloudpartner.azure.com/api/publishers/contoso/offers"
const version = "?api-version=2017-10-31"

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func call(method, address, token, body string) int {
	request, err := http.NewRequest(method, address, strings.NewReader(body))
	must(err)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	reply, err := http.DefaultClient.Do(request)
	must(err)
	reply.Body.Close()
	return reply.StatusCode
}

func main() {
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {"contoso-owner"},
		"client_secret": {"contoso-secret"},
		"resource":      {"https://cloudpartner.azure.com"},
	}
	reply, err := http.PostForm("https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/oauth2/token", form)
	must(err)
	var granted struct {
		Token string `json:"access_token"`
	}
	must(json.NewDecoder(reply.Body).Decode(&granted))
	listed := call("GET", offers+version, granted.Token, "")
	body := `{"metadata": {"notification-emails": "release@contoso.example"}}`
	started := call("POST", offers+"/sample-vm/publish"+version, granted.Token, body)
	fmt.Println(listed, started)
	os.Exit(7)
}
