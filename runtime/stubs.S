/* stubs.S - the way from slisp code into C and back, starting, trying and throwing.
 *
 * Slisp code: r14 context, r15 allocation pointer, rsp is 8 mod 16 after a call. Every other
 * register may be clobbered by a call. The symbols CONTEXT_..., FIELD_... come from layout.def.
 * The macros are for GNU as (clang: -fno-integrated-as).
 */
#define IMMEDIATE(name, word) .set VALUE_##name, word;
#define KIND(name, number, raw, doc) .set KIND_##name, number;
#define FLAG(name, bits) .set FLAG_##name, bits;
#define FIELD(kind, name, word) .set FIELD_##kind##_##name, 8 * (word);
#define CONTEXT(name, word) .set CONTEXT_##name, 8 * (word);
#define TRY(name, word) .set TRY_##name, 8 * (word);
#define PROGRAM(name, word) .set PROGRAM_##name, 8 * (word);
#define SIZE(name, number) .set SIZE_##name, number;
#include "layout.def"

.intel_syntax noprefix
.text

/* ---- calls of C functions ------------------------------------------------ */

/* Tells C where the stack and the heap are, and learns where the heap is afterwards. */
.macro call_c function
    mov [r14 + CONTEXT_SP], rsp
    mov [r14 + CONTEXT_ALLOC], r15
    sub rsp, 8
    call \function
    add rsp, 8
    mov r15, [r14 + CONTEXT_ALLOC]
.endm

/* The table that slisp_stub searches: pointers to name, stub and C function (0 when there is none),
 * 0 at the end. */
.macro table_row name, function=0
    .pushsection .rodata
stub_name_\name: .asciz "\name"
    .popsection
    .pushsection .data.rel.ro, "aw"
    .quad stub_name_\name, \name\()_stub, \function
    .popsection
.endm

.pushsection .data.rel.ro, "aw"
.balign 8
.globl rt_stub_table
rt_stub_table:
.popsection

.macro c_stub name
    .balign 16
    .globl \name\()_stub
    .type \name\()_stub, @function
\name\()_stub:
    call_c \name
    ret
    .size \name\()_stub, . - \name\()_stub
    table_row \name, \name
.endm

.macro c_stub_once name
    .ifndef stub_name_\name
        c_stub \name
    .endif
.endm

/* A row of prims.def: a C function when its name starts with r, neither NULL nor $core/... */
.macro prim_stub name
    .set is_first, 1
    .set is_function, 0
    .irpc letter, "\name"
        .if is_first
            .ifc "\letter", "r"
                .set is_function, 1
            .endif
            .set is_first, 0
        .endif
    .endr
    .ifc "\name", "rt_apply"
        .set is_function, 0
    .endif
    .if is_function
        c_stub_once \name
    .endif
.endm

#define PRIM(id, name, args, result, effects, runtime, doc) prim_stub runtime;
#include "../passes/prims.def"

#define RUNTIME(name, args, result, doc) c_stub name;
#define ASSEMBLY(name, args, result, doc) table_row name;
#include "extras.def"

.pushsection .data.rel.ro, "aw"
    .quad 0, 0, 0
.popsection

/* Where the handler of memory faults sends a prologue that found the stack used up. */
c_stub rt_throw_stack

/* ---- calls of function values -------------------------------------------- */

.macro function name
    .balign 16
    .globl \name
    .type \name, @function
\name:
.endm

.macro store_arguments
    mov [r14 + CONTEXT_CALLEE], rbx
    mov [r14 + CONTEXT_ARGUMENTS], rdi
    mov [r14 + CONTEXT_ARGUMENTS + 8], rsi
    mov [r14 + CONTEXT_ARGUMENTS + 16], rdx
    mov [r14 + CONTEXT_ARGUMENTS + 24], rcx
    mov [r14 + CONTEXT_ARGUMENTS + 32], r8
    mov [r14 + CONTEXT_ARGUMENTS + 40], r9
.endm

.macro load_arguments from
    mov rdi, [\from]
    mov rsi, [\from + 8]
    mov rdx, [\from + 16]
    mov rcx, [\from + 24]
    mov r8, [\from + 32]
    mov r9, [\from + 40]
.endm

/* The arguments are eax values of which the first r10 are fixed: collects the others into a list,
 * puts it after the fixed ones, and goes on at r11. */
function rt_collect_rest_stub
    store_arguments
    mov [r14 + CONTEXT_TARGET], r11
    mov eax, eax
    mov [r14 + CONTEXT_SPILL_COUNT], rax
    mov edi, r10d
    mov rsi, rax
    call_c rt_rest_list
    load_arguments r14 + CONTEXT_ARGUMENTS
    mov rbx, [r14 + CONTEXT_CALLEE]
    jmp [r14 + CONTEXT_TARGET]

/* rbx, no closure, is called with eax arguments: the library's invoke functions know what to do. */
function rt_call_other_stub
    mov r11, [r14 + CONTEXT_PROGRAM]
    cmp eax, 1
    je 1f
    jb 0f
    cmp eax, 2
    je 2f
    store_arguments
    mov eax, eax
    mov [r14 + CONTEXT_SPILL_COUNT], rax
    xor edi, edi
    mov rsi, rax
    call_c rt_rest_list
    mov r11, [r14 + CONTEXT_PROGRAM]
    mov rdi, [r14 + CONTEXT_CALLEE]
    mov rsi, [r14 + CONTEXT_ARGUMENTS]
    jmp [r11 + PROGRAM_INVOKE_MANY]
0:  mov rdi, rbx
    jmp [r11 + PROGRAM_INVOKE_0]
1:  mov rsi, rdi
    mov rdi, rbx
    jmp [r11 + PROGRAM_INVOKE_1]
2:  mov rdx, rsi
    mov rsi, rdi
    mov rdi, rbx
    jmp [r11 + PROGRAM_INVOKE_2]

/* Calls rdi with the elements of the vector rsi, as a jump. */
function rt_apply_stub
    call_c rt_spread
    load_arguments r14 + CONTEXT_ARGUMENTS
    mov rbx, [r14 + CONTEXT_CALLEE]
    lea r10d, [rbx - 1]
    test r10b, 7
    jne rt_call_other_stub
    cmp byte ptr [rbx - 1], KIND_CLOSURE
    jne rt_call_other_stub
    jmp [rbx - 1 + FIELD_CLOSURE_CODE]

function rt_throw_arity_stub
    mov rdi, rbx
    mov esi, eax
    jmp rt_wrong_count_stub

/* ---- try and throw ------------------------------------------------------- */

/* rdi: body, rsi: handler, addresses of code; their arguments are in the area. Pushes the frame of
 * layout.def's TRY rows and calls the body. */
function rt_try_stub
    mov rcx, [r14 + CONTEXT_AREA_COUNT]
    lea rax, [8 * rcx + TRY_ARGUMENTS + 7]
    and rax, -16
    add rax, 8
    sub rsp, rax
    mov [rsp + TRY_FRAME_BYTES], rax
    mov rax, [r14 + CONTEXT_HANDLER]
    mov [rsp + TRY_PREVIOUS], rax
    mov [rsp + TRY_HANDLER], rsi
    mov rax, [r14 + CONTEXT_ROOT_FRAMES]
    mov [rsp + TRY_ROOT_FRAMES], rax
    mov [rsp + TRY_COUNT], rcx
    mov [r14 + CONTEXT_HANDLER], rsp
    mov qword ptr [r14 + CONTEXT_AREA_COUNT], 0
    mov r11, rdi
    xor r10d, r10d
    jmp 2f
1:  mov rax, [r14 + CONTEXT_AREA + 8 * r10]
    mov [rsp + TRY_ARGUMENTS + 8 * r10], rax
    cmp r10, 6
    jb 3f
    mov [r14 + CONTEXT_AREA + 8 * r10 - 48], rax
3:  inc r10
2:  cmp r10, rcx
    jb 1b
    load_arguments rsp + TRY_ARGUMENTS
    call r11
.globl rt_try_return
rt_try_return:
    mov r11, [rsp + TRY_PREVIOUS]
    mov [r14 + CONTEXT_HANDLER], r11
    add rsp, [rsp + TRY_FRAME_BYTES]
    ret

/* From C, rdi: the exception. Drops everything up to the innermost try and calls its handler, with
 * the exception before the arguments, in the try's place. */
function rt_resume
    lea r14, [rip + slisp_context]
    mov r15, [r14 + CONTEXT_ALLOC]
    mov rsp, [r14 + CONTEXT_HANDLER]
    mov rax, [rsp + TRY_PREVIOUS]
    mov [r14 + CONTEXT_HANDLER], rax
    mov rax, [rsp + TRY_ROOT_FRAMES]
    mov [r14 + CONTEXT_ROOT_FRAMES], rax
    mov qword ptr [r14 + CONTEXT_AREA_COUNT], 0
    mov qword ptr [r14 + CONTEXT_SPILL_COUNT], 0
    mov r11, [rsp + TRY_HANDLER]
    mov r10d, 5
    jmp 2f
1:  mov rax, [rsp + TRY_ARGUMENTS + 8 * r10]
    mov [r14 + CONTEXT_AREA + 8 * r10 - 40], rax
    inc r10
2:  cmp r10, [rsp + TRY_COUNT]
    jb 1b
    mov rsi, [rsp + TRY_ARGUMENTS]
    mov rdx, [rsp + TRY_ARGUMENTS + 8]
    mov rcx, [rsp + TRY_ARGUMENTS + 16]
    mov r8, [rsp + TRY_ARGUMENTS + 24]
    mov r9, [rsp + TRY_ARGUMENTS + 32]
    add rsp, [rsp + TRY_FRAME_BYTES]
    jmp r11

/* ---- start and end ------------------------------------------------------- */

/* From C, rdi: code, rsi: top of the stack to run it on. */
function rt_enter
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    lea r14, [rip + slisp_context]
    mov r15, [r14 + CONTEXT_ALLOC]
    mov [r14 + CONTEXT_HOST_SP], rsp
    mov rsp, rsi
    and rsp, -16
    call rdi
.globl rt_start_return
rt_start_return:
    mov [r14 + CONTEXT_ALLOC], r15
    jmp rt_leave

/* From C or slisp code: back to the caller of rt_enter. */
function rt_leave
    lea r14, [rip + slisp_context]
    mov rsp, [r14 + CONTEXT_HOST_SP]
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret

.section .note.GNU-stack, "", @progbits
