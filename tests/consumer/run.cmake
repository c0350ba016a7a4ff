# cmake -DBUILD=<build folder> -DSOURCE=<source folder> -P run.cmake
# Installs the package fhir into a fresh folder, builds the consumer against it, and runs it.
set(work ${BUILD}/consumer)
file(REMOVE_RECURSE ${work})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --component fhir --prefix ${work}/installed)
run(${CMAKE_COMMAND} -S ${SOURCE}/tests/consumer -B ${work}/build -G Ninja -DCMAKE_PREFIX_PATH=${work}/installed
  -DREADME=${SOURCE}/fhir/README.md -DCMAKE_CXX_FLAGS=-O0)
run(${CMAKE_COMMAND} --build ${work}/build)
run(${work}/build/consumer)
if(NOT output STREQUAL "B has a date\n")
  message(FATAL_ERROR "the example said: ${output}")
endif()
file(REMOVE_RECURSE ${work})
