# component(name [NEEDS a b ...] [LINK lib ...]): a static library of all .cpp files in the current folder.
# The NEEDS lines are the layer picture; tests/unit/layers_test.cpp holds the includes to it.
# component_test(name [NEEDS ...]): a GoogleTest program of all *_test.cpp below a folder.

find_package(Threads REQUIRED)
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(onecard_flags INTERFACE)
target_include_directories(onecard_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(onecard_flags INTERFACE -Wall -Wextra -Werror -Wno-missing-field-initializers
  $<$<CONFIG:RelWithDebInfo>:-g1>)
target_link_libraries(onecard_flags INTERFACE Threads::Threads)
if(ONECARD_FUZZ)
  target_compile_options(onecard_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(onecard_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(ONECARD_SANITIZE)
  list(JOIN ONECARD_SANITIZE "," sanitizers)
  target_compile_options(onecard_flags INTERFACE -fsanitize=${sanitizers} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(onecard_flags INTERFACE -fsanitize=${sanitizers})
endif()

function(component name)
  cmake_parse_arguments(ARG "" "" "NEEDS;LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC $<BUILD_INTERFACE:onecard_flags> ${ARG_NEEDS} ${ARG_LINK})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE $<BUILD_INTERFACE:onecard_flags> ${ARG_NEEDS} ${ARG_LINK})
  endif()
endfunction()

function(component_test name)
  cmake_parse_arguments(ARG "" "FOLDER" "NEEDS;LABELS" ${ARGN})
  find_package(GTest REQUIRED)
  if(NOT ARG_FOLDER)
    set(ARG_FOLDER ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${ARG_FOLDER}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE onecard_flags ${ARG_NEEDS} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE ONECARD_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
    ONECARD_BINARY="$<$<TARGET_EXISTS:onecard>:${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/onecard>")
  add_test(NAME ${name} COMMAND ${name} --gtest_output=xml:${CMAKE_BINARY_DIR}/results/${name}.xml
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 900)
endfunction()
