#if defined(__x86_64__)
#include "avx512.h"
#include "blocktile.h"

#include "../vector/blockpanel.h"
#endif
