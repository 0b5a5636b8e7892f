/* image.S - the runtime as a linked executable, which slispc copies and adds programs to. */
    .section .rodata
    .globl runtime_image, runtime_image_end
    .balign 16
runtime_image:
    .incbin RUNTIME_IMAGE
runtime_image_end:
    .section .note.GNU-stack, "", @progbits
