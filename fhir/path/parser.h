#pragma once
// Parser: text -> Program, by precedence climbing (N1 2.0.0 section 6.8 and the grammar of its appendix).
// Private to fhir/path.

#include <memory>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/path/lexer.h"
#include "fhir/path/program.h"

namespace fhir::path {

// Why::Invalid with the place of the trouble; Why::TooCostly when brackets and arguments nest too deep.
base::Result<std::unique_ptr<Expression::Program>> parse(std::string_view text, const CompileOptions& options);

}  // namespace fhir::path
