### Errors of the API, in Hungarian.
