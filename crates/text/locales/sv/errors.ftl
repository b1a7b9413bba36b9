### Errors of the API, in Swedish.
