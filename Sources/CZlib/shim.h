#ifndef PARTNERSHIP_CZLIB_SHIM_H
#define PARTNERSHIP_CZLIB_SHIM_H

#include <zlib.h>

/* deflateInit2 is a macro, which Swift can't see. 15 + 16 window bits asks for the gzip wrapper. */
static inline int czlib_deflate_init_gzip(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

/* For the tests, which look at what a client would see. */
static inline int czlib_inflate_init_gzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

#endif
