#include "COpenAPI.h"

static const unsigned char document[] = {
#embed "../../openapi.yaml"
};

static const unsigned char form[] = {
#embed "openapi.json"
};

const unsigned char *copenapi_document(void) { return document; }

size_t copenapi_length(void) { return sizeof document; }

const unsigned char *copenapi_form(void) { return form; }

size_t copenapi_form_length(void) { return sizeof form; }
