#include "CBoostMath.h"

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include <cmath>
#include <limits>

namespace {

namespace policies = boost::math::policies;

// Errors set errno and return NaN or infinity; doubles are not widened to long double, so that results do not depend
// on the processor's extended precision.
using Policy = policies::policy<
    policies::domain_error<policies::errno_on_error>, policies::pole_error<policies::errno_on_error>,
    policies::overflow_error<policies::errno_on_error>, policies::evaluation_error<policies::errno_on_error>,
    policies::rounding_error<policies::errno_on_error>, policies::promote_double<false>>;

using Normal = boost::math::normal_distribution<double, Policy>;
using StudentT = boost::math::students_t_distribution<double, Policy>;
using ChiSquared = boost::math::chi_squared_distribution<double, Policy>;
using Beta = boost::math::beta_distribution<double, Policy>;

template <typename Function> double guarded(Function function) noexcept {
    try {
        return function();
    } catch (...) {
        return std::numeric_limits<double>::quiet_NaN();
    }
}

template <typename Distribution> double lower(const Distribution &distribution, double x) {
    return boost::math::cdf(distribution, x);
}

template <typename Distribution> double upper(const Distribution &distribution, double x) {
    return boost::math::cdf(boost::math::complement(distribution, x));
}

} // namespace

extern "C" {

double nm_normal_cdf(double x) noexcept {
    return guarded([=] { return lower(Normal(), x); });
}

double nm_normal_sf(double x) noexcept {
    return guarded([=] { return upper(Normal(), x); });
}

double nm_normal_quantile(double probability) noexcept {
    return guarded([=] { return boost::math::quantile(Normal(), probability); });
}

double nm_student_t_cdf(double x, double degrees_of_freedom) noexcept {
    return guarded([=] { return lower(StudentT(degrees_of_freedom), x); });
}

double nm_student_t_sf(double x, double degrees_of_freedom) noexcept {
    return guarded([=] { return upper(StudentT(degrees_of_freedom), x); });
}

double nm_student_t_quantile(double probability, double degrees_of_freedom) noexcept {
    return guarded([=] { return boost::math::quantile(StudentT(degrees_of_freedom), probability); });
}

double nm_chi_squared_cdf(double x, double degrees_of_freedom) noexcept {
    return guarded([=] { return lower(ChiSquared(degrees_of_freedom), x); });
}

double nm_chi_squared_sf(double x, double degrees_of_freedom) noexcept {
    return guarded([=] { return upper(ChiSquared(degrees_of_freedom), x); });
}

double nm_chi_squared_quantile(double probability, double degrees_of_freedom) noexcept {
    return guarded([=] { return boost::math::quantile(ChiSquared(degrees_of_freedom), probability); });
}

double nm_beta_cdf(double x, double alpha, double beta) noexcept {
    return guarded([=] { return lower(Beta(alpha, beta), x); });
}

double nm_beta_sf(double x, double alpha, double beta) noexcept {
    return guarded([=] { return upper(Beta(alpha, beta), x); });
}

double nm_beta_quantile(double probability, double alpha, double beta) noexcept {
    return guarded([=] { return boost::math::quantile(Beta(alpha, beta), probability); });
}

double nm_log_gamma(double x) noexcept {
    return guarded([=] { return boost::math::lgamma(x, Policy()); });
}

double nm_exp(double x) noexcept { return std::exp(x); }

double nm_log(double x) noexcept { return std::log(x); }

double nm_log1p(double x) noexcept { return std::log1p(x); }

} // extern "C"
