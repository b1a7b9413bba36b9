### Errors of the API, in Polish.
