### Errors of the API, in English.
