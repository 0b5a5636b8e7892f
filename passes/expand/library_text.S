/* library_text.S - the text of the slisp library, runtime/core.slisp, which slispc carries. */
    .section .rodata
    .globl library_text, library_length
library_text:
    .incbin "runtime/core.slisp"
library_end:
    .byte 0
    .balign 8
library_length:
    .quad library_end - library_text
    .section .note.GNU-stack, "", @progbits
