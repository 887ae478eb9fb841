#pragma once

// Distributions of Boost.Math behind a C interface. No function throws: whatever Boost cannot answer (a parameter
// outside its domain, a result that does not converge) comes back as NaN.

#ifdef __cplusplus
extern "C" {
#define NM_NOEXCEPT noexcept
#else
#define NM_NOEXCEPT
#endif

double nm_normal_cdf(double x) NM_NOEXCEPT;
double nm_normal_sf(double x) NM_NOEXCEPT;
double nm_normal_quantile(double probability) NM_NOEXCEPT;

double nm_student_t_cdf(double x, double degrees_of_freedom) NM_NOEXCEPT;
double nm_student_t_sf(double x, double degrees_of_freedom) NM_NOEXCEPT;
double nm_student_t_quantile(double probability, double degrees_of_freedom) NM_NOEXCEPT;

double nm_chi_squared_cdf(double x, double degrees_of_freedom) NM_NOEXCEPT;
double nm_chi_squared_sf(double x, double degrees_of_freedom) NM_NOEXCEPT;
double nm_chi_squared_quantile(double probability, double degrees_of_freedom) NM_NOEXCEPT;

double nm_beta_cdf(double x, double alpha, double beta) NM_NOEXCEPT;
double nm_beta_sf(double x, double alpha, double beta) NM_NOEXCEPT;
double nm_beta_quantile(double probability, double alpha, double beta) NM_NOEXCEPT;

// The natural logarithm of the gamma function of x > 0, and what else of <math.h> statistics need.
double nm_log_gamma(double x) NM_NOEXCEPT;
double nm_exp(double x) NM_NOEXCEPT;
double nm_log(double x) NM_NOEXCEPT;
double nm_log1p(double x) NM_NOEXCEPT;

#ifdef __cplusplus
}
#endif
