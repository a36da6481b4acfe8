#pragma once

// What this table compiles for, and the names of its functions.

#define CK_TABLE(name) ck_avx2_##name
#define CK_TARGET_BEGIN _Pragma("clang attribute push(__attribute__((target(\"avx2,fma,f16c\"))), apply_to=function)")
#define CK_TARGET_END _Pragma("clang attribute pop")
