#include "CBoostMath.h"
#include <cmath>
extern "C" double nm_normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }
