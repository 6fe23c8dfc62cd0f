#include "COpenAPI.h"

static const unsigned char document[] = {
#embed "../../openapi.yaml"
};

const unsigned char *copenapi_document(void) { return document; }

size_t copenapi_length(void) { return sizeof document; }
