#include "packed.h"

struct ck_block ck_block_of(enum ck_format format) { return block_of(format); }

size_t ck_quantized_bytes(size_t k) { return quantized_bytes(k); }

size_t ck_packed_bytes(enum ck_format format, size_t n, size_t k) {
    return (n + STRIP - 1) / STRIP * strip_bytes(format, k);
}

/// Interleaves units of one size: `rows[row]` is where the row's run begins.
CK_INLINE void interleave(size_t unit, size_t bytes, const uint8_t *const rows[STRIP], size_t offset, uint8_t *out) {
    for (size_t u = 0; u < bytes; u += unit)
        for (size_t row = 0; row < STRIP; row++)
            memcpy(out + (offset + u) * STRIP + row * unit, rows[row] + offset + u, unit);
}

static void pack_block(enum ck_format format, const uint8_t *const rows[STRIP], uint8_t *out) {
    struct run runs[RUNS_MAX];
    runs_of(format, runs);
    for (size_t i = 0, offset = 0; i < RUNS_MAX; offset += runs[i++].bytes)
        switch (runs[i].unit) {
        case 1:
            interleave(1, runs[i].bytes, rows, offset, out);
            break;
        case 2:
            interleave(2, runs[i].bytes, rows, offset, out);
            break;
        case 4:
            interleave(4, runs[i].bytes, rows, offset, out);
            break;
        default:
            break;
        }
}

void ck_pack(enum ck_format format, const void *weights, size_t n, size_t k, size_t strip_begin, size_t strip_end,
             void *out) {
    static const uint8_t zeros[BLOCK_BYTES_MAX];
    struct ck_block shape = block_of(format);
    size_t blocks = k / shape.values, row_bytes = blocks * shape.bytes;
    for (size_t strip = strip_begin; strip < strip_end; strip++)
        for (size_t block = 0; block < blocks; block++) {
            const uint8_t *rows[STRIP];
            uint8_t arranged[STRIP][BLOCK_BYTES_MAX];
            for (size_t row = 0; row < STRIP; row++) {
                size_t output = strip * STRIP + row;
                rows[row] = output < n ? (const uint8_t *)weights + output * row_bytes + block * shape.bytes : zeros;
                if (is_arranged(format)) {
                    arrange_block(format, rows[row], arranged[row]);
                    rows[row] = arranged[row];
                }
            }
            pack_block(format, rows, (uint8_t *)out + (strip * blocks + block) * shape.bytes * STRIP);
        }
}
