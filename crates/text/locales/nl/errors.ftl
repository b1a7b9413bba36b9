### Errors of the API, in Dutch.
