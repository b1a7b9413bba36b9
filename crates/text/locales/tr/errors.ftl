### Errors of the API, in Turkish.
