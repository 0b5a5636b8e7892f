/* main.c - an executable: the runtime, and the program that the linker writes after this header.
 */
#include "slisp.h"

ProgramHeader slisp_program __attribute__((weak, section(".data")));

int main(int argc, char **argv) {
    return slisp_run(&slisp_program, argc, argv);
}
