#ifndef COPENAPI_H
#define COPENAPI_H

#include <stddef.h>

/// The bytes of openapi.yaml as this binary was built with it. They live as long as the process.
const unsigned char *copenapi_document(void);

/// How many bytes.
size_t copenapi_length(void);

/// The same document as JSON, for the program to read.
const unsigned char *copenapi_form(void);

/// How many bytes.
size_t copenapi_form_length(void);

#endif
