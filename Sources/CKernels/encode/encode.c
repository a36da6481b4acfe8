#include "encode.h"

/// Where the f16 scale of a block lies, which makes all its values NaN when it is one.
static size_t scale_offset(enum ck_format format) {
    switch (format) {
    case ck_format_q2_k:
        return 80;
    case ck_format_q3_k:
        return 108;
    case ck_format_q6_k:
        return 208;
    default:
        return 0;
    }
}

static bool is_finite(const float *x, size_t count) {
    uint32_t most = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t magnitude = bits_of(x[i]) & 0x7fffffff;
        most = magnitude > most ? magnitude : most;
    }
    return most < 0x7f800000;
}

void ck_encode(enum ck_format format, const float *x, void *out, size_t n) {
    switch (format) {
    case ck_format_q8_0:
    case ck_format_q4_0:
    case ck_format_q4_1:
    case ck_format_q5_0:
    case ck_format_q5_1:
        ck_encode_plain(format, x, out, n);
        break;
    case ck_format_q2_k:
    case ck_format_q4_k:
    case ck_format_q5_k:
        ck_encode_affine(format, x, out, n);
        break;
    case ck_format_q3_k:
    case ck_format_q6_k:
        ck_encode_symmetric(format, x, out, n);
        break;
    case ck_format_iq4_nl:
    case ck_format_iq4_xs:
        ck_encode_table(format, x, out, n);
        break;
    default: // without blocks: `store`
        return;
    }
    struct ck_block block = block_of(format);
    for (size_t i = 0; i < n / block.values; i++)
        if (!is_finite(x + i * block.values, block.values)) {
            uint8_t *place = (uint8_t *)out + i * block.bytes;
            memset(place, 0, block.bytes);
            put_u16(place + scale_offset(format), 0x7e00);
        }
}
