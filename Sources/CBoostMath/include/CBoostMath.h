#pragma once
#ifdef __cplusplus
extern "C" {
#endif
double nm_normal_cdf(double x);
#ifdef __cplusplus
}
#endif
