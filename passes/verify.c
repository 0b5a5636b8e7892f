/* pass verify : Lframed -> Lframed                                (verify)
 *
 * Proves that every instruction finds in each place the value that it names, and that every
 * safepoint lists exactly the live references; else it says which value was lost, by what, and who
 * needs it. Why now: nothing behind this pass decides about places; emit writes what stands here.
 *
 *   (block b0 [%a.0=rdi] (in)
 *     (const [%b.1=rdi] (word 2))
 *     (add [%c.2=rdi] %b.1=rdi %a.0=rdi)
 *     (ret [] ...))
 *   => error[V05]: rdi is overwritten while %a.0 is still needed
 *
 * The theory. For each point of the program let A be a relation between places and names: (p, x) is
 * in A only if the word in p is the current value of x on every way to that point; for a reference,
 * if it is the current address of the object. Nothing known about a place means that it cannot be
 * read. A smaller A is always safe.
 *
 *   item              must hold before                       A after it
 *   move x: d <- s    (s, x)                                 d gets all names of s, loses its own
 *   swap              both values are there, after           names exchanged
 *   constant x        x is defined by that constant          d holds x alone
 *   operand x in p    (p, x), p allowed                      -
 *   call              map = live references, in their slots  registers and argument area are empty;
 *                                                            references in no slot of the map are
 * gone result x in p     p allowed, tie kept                    old x gone everywhere, p holds x
 * alone edge to b         all claims of b, with the arguments    - in the places of its parameters
 *
 * Each block states in (in ...) what it finds where: the A of its start. So a block is judged
 * alone, once, and edges, back edges too, must bring what is claimed: if all claims hold on all
 * edges, they hold on all ways (induction over the steps of a run). There is no join and no
 * iteration. A live name without a place is an error at the item that took its last one (it would
 * be found at the next use, too, but that is not where the mistake is).
 *
 * Needs:  the form itself; the one that went into alloc, for rule V01.
 * Gives:  the same form, or nothing and a report on stderr.
 * Choice: everything is found again here: edges, liveness, facts; shared is only the table x86.def.
 *         rules.def lists what can be broken.
 */
#include "verify/verdict.h"
#include "verify/verify.h"

static Verify judge(Context *c, const Node *function) {
    Verify v = {
        .scratch = c->scratch, .context = c, .function = function, .before = c->before_alloc};
    read_form_to_verify(&v);
    find_live(&v);
    if (check_unchanged(&v) && check_frame(&v))
        for (uint32_t b = 0; b < v.block_count; b++)
            check_block(&v, b);
    return v;
}

bool is_verified(Context *c, const Node *function, Buffer *report) {
    Verify v = judge(c, function);
    if (v.problems) buffer_add(report, v.report.bytes, v.report.length);
    buffer_free(&v.report);
    return !v.problems;
}

Node *pass_verify(Context *c, Node *function) {
    Verify v = judge(c, function);
    if (v.problems) verify_report(&v);
    buffer_free(&v.report);
    return v.problems ? NULL : function;
}
