#if defined(__x86_64__)
#include "avx2.h"
#include "vectors.h"

#include "../vector/attention.h"
#endif
