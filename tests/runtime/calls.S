/* calls.S - a program as the compiler would make it, by hand: tries, throws, rest parameters,
 * apply, a stack overflow, references in frames, and at the end an exception that nothing catches.
 */
#define IMMEDIATE(name, word) .set VALUE_##name, word;
#define KIND(name, number, raw, doc) .set KIND_##name, number;
#define FIELD(kind, name, word) .set FIELD_##kind##_##name, 8 * (word);
#define CONTEXT(name, word) .set CONTEXT_##name, 8 * (word);
#include "../../runtime/layout.def"

.intel_syntax noprefix

.pushsection .rodata
.balign 8
.globl test_rows, test_slots, test_functions, test_names
test_rows:
.popsection
.pushsection .rodata.slots, "a"
test_slots:
.popsection
.pushsection .rodata.functions, "a"
test_functions:
.popsection
.pushsection .rodata.names, "a"
test_names:
.popsection
.set functions, 0

.text
.globl test_code, test_code_end
test_code:

.macro function symbol, name
    .pushsection .rodata.names
1:  .asciz "\name"
    .popsection
    .pushsection .rodata.functions
    .long \symbol - test_code, 1b - test_names
    .popsection
    .set functions, functions + 1
\symbol:
.endm

/* The row of the return address here; slots are word indices from rsp. */
.macro safepoint line, column, frame, slots:vararg
1:
    .pushsection .rodata.slots
2:
    .ifnb \slots
    .short \slots
    .endif
3:
    .popsection
    .pushsection .rodata
    .long 1b - test_code, \frame, (2b - test_slots) / 2
    .short (3b - 2b) / 2, \column
    .long \line
    .short 0, 0
    .long functions - 1
    .popsection
.endm

/* A static string object. */
.macro string symbol, bytes:vararg
    .pushsection .data
    .balign 8
\symbol:
    .quad KIND_STRING | 1 << 8 | (3 + (5f - 4f) / 8) << 16, 5f - 4f, 5f - 4f
4:  .ascii \bytes
5:  .skip 8 - (5b - 4b) % 8
    .popsection
.endm
string newline_text, "\n"

.pushsection .data
.balign 8
rest_closure: .quad KIND_CLOSURE | 1 << 8 | 1 << 16, test_rest_entry
sum_closure: .quad KIND_CLOSURE | 1 << 8 | 1 << 16, test_sum_entry
.popsection

.macro newline line
    lea rdi, [rip + newline_text + 1]
    call rt_write_stub
    safepoint \line, 1, 24
.endm

/* ---- a body that throws, and a handler that writes message and arguments */
function test_add_body, "user/add.fn1"
    sub rsp, 24
    mov rdi, -2 /* the fixnum -1 */
    mov rsi, VALUE_NIL
    call rt_add_stub
    safepoint 3, 7, 24
    add rsp, 24
    ret

function test_handler, "user/start.fn2"
    sub rsp, 40
    mov [rsp + 8], rsi
    mov [rsp + 16], rdx
    mov rax, [r14 + CONTEXT_AREA] /* the exception and seven: the last two are in the area */
    mov [rsp + 24], rax
    mov rax, [r14 + CONTEXT_AREA + 8]
    mov [rsp + 32], rax
    call rt_ex_message_stub
    safepoint 5, 1, 40, 1, 2, 3, 4
    mov rdi, rax
    call rt_write_stub
    safepoint 5, 2, 40, 1, 2, 3, 4
    mov rdi, 4096
    call rt_collect_stub
    safepoint 5, 3, 40, 1, 2, 3, 4
    mov rdi, [rsp + 8]
    call rt_write_stub
    safepoint 5, 4, 40, 2, 3, 4
    mov rdi, [rsp + 16]
    call rt_write_stub
    safepoint 5, 5, 40, 3, 4
    mov rdi, [rsp + 24]
    call rt_write_stub
    safepoint 5, 6, 40, 4
    mov rdi, [rsp + 32]
    call rt_write_stub
    safepoint 5, 7, 40
    mov eax, 84
    add rsp, 40
    ret

/* ---- endless recursion */
function test_deep, "user/deep.w1"
    test [rsp - 65536], rsp
    sub rsp, 24
    mov [rsp], rdi
    call test_deep
    safepoint 9, 3, 24, 0
    add rsp, 24
    ret

/* ---- (fn [a & rest] ...): writes a and the elements of rest */
function test_rest_entry, "user/rest"
    cmp eax, 1
    jb 1f
    mov r10d, 1
    lea r11, [rip + test_rest]
    jmp rt_collect_rest_stub
1:  jmp rt_throw_arity_stub

function test_rest, "user/rest.w1r"
    sub rsp, 24
    mov [rsp], rsi
    call rt_write_stub
    safepoint 12, 1, 24, 0
8:  mov rax, [rsp]
    cmp rax, VALUE_NIL
    je 9f
    cmp byte ptr [rax - 1], KIND_CONS
    jne 9f
    mov rdi, [rax - 1 + FIELD_CONS_FIRST]
    mov rax, [rax - 1 + FIELD_CONS_REST]
    mov [rsp], rax
    call rt_write_stub
    safepoint 12, 2, 24, 0
    jmp 8b
9:  mov eax, VALUE_NIL
    add rsp, 24
    ret

/* ---- (fn [a b] (+ a b)) */
function test_sum_entry, "user/sum"
    cmp eax, 2
    je test_sum
    jmp rt_throw_arity_stub
function test_sum, "user/sum.w2"
    sub rsp, 8
    call rt_add_stub
    safepoint 15, 4, 8
    add rsp, 8
    ret

/* ---- where the library takes calls of what is no function */
function test_invoke_0, "core/invoke-0.w1"
    mov eax, 0
    ret
function test_invoke_1, "core/invoke-1.w2"
    lea rax, [rdi + rsi] /* fixnums */
    ret
function test_invoke_2, "core/invoke-2.w3"
    lea rax, [rdi + rsi]
    add rax, rdx
    ret
function test_invoke_many, "core/invoke-many.w2"
    mov rax, [rsi - 1 + FIELD_CONS_FIRST]
    add rax, rdi
    ret
.globl test_invoke_0, test_invoke_1, test_invoke_2, test_invoke_many

/* ---- the program's forms */
.globl test_start
function test_start, "user/start"
    sub rsp, 24
    /* try a body that adds nil; seven arguments for the handler */
    mov r12d, 7
1:  lea rax, [2 * r12 + 200]
    mov [r14 + CONTEXT_AREA + 8 * r12 - 8], rax
    dec r12
    jnz 1b
    mov qword ptr [r14 + CONTEXT_AREA_COUNT], 7
    lea rdi, [rip + test_add_body]
    lea rsi, [rip + test_handler]
    call rt_try_stub
    safepoint 21, 1, 24
    mov rdi, rax
    call rt_write_stub
    safepoint 21, 2, 24
    newline 21
    /* a body that recurses without end, 4 arguments */
    mov qword ptr [r14 + CONTEXT_AREA], 2
    mov qword ptr [r14 + CONTEXT_AREA + 8], 4
    mov qword ptr [r14 + CONTEXT_AREA + 48], 6
    mov qword ptr [r14 + CONTEXT_AREA + 40], 8
    mov qword ptr [r14 + CONTEXT_AREA_COUNT], 7
    lea rdi, [rip + test_deep]
    lea rsi, [rip + test_handler]
    call rt_try_stub
    safepoint 22, 1, 24
    newline 22
    /* a call with eight arguments, seven of them in the list */
    lea rbx, [rip + rest_closure + 1]
    mov eax, 8
    mov edi, 2
    mov esi, 4
    mov edx, 6
    mov ecx, 8
    mov r8d, 10
    mov r9d, 12
    mov qword ptr [r14 + CONTEXT_AREA], 14
    mov qword ptr [r14 + CONTEXT_AREA + 8], 16
    call [rbx + FIELD_CLOSURE_CODE - 1]
    safepoint 23, 1, 24
    newline 23
    /* only the fixed one */
    lea rbx, [rip + rest_closure + 1]
    mov eax, 1
    mov edi, 18
    call [rbx + FIELD_CLOSURE_CODE - 1]
    safepoint 24, 1, 24
    newline 24
    /* apply of a function, and of what is none */
    mov qword ptr [r14 + CONTEXT_AREA], 40
    mov qword ptr [r14 + CONTEXT_AREA + 8], 44
    mov qword ptr [r14 + CONTEXT_AREA_COUNT], 2
    call rt_vector_stub
    safepoint 25, 1, 24
    mov [rsp + 8], rax
    mov rsi, rax
    lea rdi, [rip + sum_closure + 1]
    call rt_apply_stub
    safepoint 25, 2, 24, 1
    mov rdi, rax
    call rt_write_stub
    safepoint 25, 3, 24, 1
    newline 25
    mov edi, 2
    mov rsi, [rsp + 8]
    call rt_apply_stub
    safepoint 26, 1, 24
    mov rdi, rax
    call rt_write_stub
    safepoint 26, 2, 24
    newline 26
    mov ebx, 1000
    mov eax, 4
    mov edi, 6
    call rt_call_other_stub
    safepoint 27, 1, 24
    mov rdi, rax
    call rt_write_stub
    safepoint 27, 2, 24
    newline 27
    /* the wrong number, and nothing catches it */
    lea rbx, [rip + sum_closure + 1]
    mov eax, 3
    call [rbx + FIELD_CLOSURE_CODE - 1]
    safepoint 28, 5, 24
    ud2
test_code_end:

.pushsection .rodata
.globl test_rows_end, test_functions_end
test_rows_end:
.popsection
.pushsection .rodata.functions
test_functions_end:
.popsection
.section .note.GNU-stack, "", @progbits
