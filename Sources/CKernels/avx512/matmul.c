#if defined(__x86_64__)
#include "avx512.h"
#include "vectors.h"

#include "../vector/matmul.h"
#endif
