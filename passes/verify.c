/* pass verify : Lframed -> Lframed                                (verify)
 *
 * Proves that every instruction finds in each place the value that it names, and that every
 * safepoint lists exactly the live references; else it says which value was lost, by what, and who
 * needs it. Why now: nothing after this pass decides about places; emit writes what is here.
 *
 *   (block b0 [%a.0=rdi] (in)
 *     (const [%b.1=rdi] (word 2))
 *     (add [%c.2=rdi] %b.1=rdi %a.0=rdi)
 *     (mov [%d.3=rax] %c.2=rdi)
 *     (ret [] %d.3=rax))
 *   => error[V05]: rdi is overwritten while %a.0 is still needed
 *
 * The theory. For each point of the program let A be a relation between places and names: (p, x) is
 * in A only if the word in p is the current value of x on every way to that point; for a reference,
 * if it is the current address of the object. Nothing known about a place means that it cannot be
 * read. A smaller A is always safe.
 *
 *   item              must hold before                  A after it
 *   move x: d <- s    (s, x)                            d has all names of s, and no others
 *   swap              both values are there, after      the places' names are exchanged
 *   constant x        x is defined by that constant     d has x alone
 *   operand x in p    (p, x), and p is allowed          -
 *   call              the map lists the live            registers and argument area have nothing;
 *                     references, each in its slot      references only what the map lists
 *   result x in p     p is allowed, ties are kept       x is nowhere else, p has x alone
 *   edge to b         all claims of b, with the         -
 *                     arguments for its parameters
 *
 * Each block states in (in ...) what it finds where: the A of its start. So a block is judged
 * alone, once, and edges, back edges too, must bring what is claimed: if all claims hold on all
 * edges, they hold on all ways (induction over the steps of a run). There is no join and no
 * iteration. infer.c is the second opinion: it believes no claim and finds the A of each block's
 * start by iteration. A live name without a place is an error at the item that took its last one
 * (it would be found at the next use, too, but that is not where the mistake is).
 *
 * Needs:  the form itself; the one that select gave, for rule V01: so nothing that liveness,
 * intervals, alloc and frame do to the code goes unseen. Gives:  the same form, or nothing and a
 * report on stderr. Choice: everything is found again here: edges, liveness, facts; shared is only
 * the table x86.def. rules.def lists what can be broken.
 */
#include "verify/verdict.h"
#include "verify/verify.h"

/* Longjmp leaves `v` as it is: it is written to through pointers alone. */
static void judge_form(Verify *v, bool infer) {
    if (setjmp(v->unreadable)) return;
    if (!check_unchanged(v) || v->problems) return;
    read_form_to_verify(v);
    find_live(v);
    if (!check_frame(v)) return;
    if (infer) {
        check_by_inference(v);
        return;
    }
    for (uint32_t b = 0; b < v->block_count; b++)
        check_block(v, b);
}

static Verify judge(Context *c, const Node *function, bool infer) {
    Verify v = {.scratch = c->scratch, .context = c, .function = function, .before = c->selected};
    judge_form(&v, infer);
    return v;
}

/* Both ways must agree. True claims are a fixed point, so if they convince, inference must; and a
 * compile's claims are true. Those of a file may be wrong of code that is right. */
static Verify judge_both(Context *c, const Node *function) {
    Verify claims = judge(c, function, false), inferred = judge(c, function, true);
    bool agree = (claims.problems == 0) == (inferred.problems == 0);
    if (!agree && !(c->is_given && claims.problems)) {
        fwrite(claims.report.bytes, 1, claims.report.length, stderr);
        fwrite(inferred.report.bytes, 1, inferred.report.length, stderr);
        bug(function, "the verifier %s it with claims but not by inference, or the other way round",
            claims.problems ? "rejects" : "accepts");
    }
    buffer_free(&inferred.report);
    return claims;
}

static Verify verdict(Context *c, const Node *function) {
    if (c->verify_mode == VERIFY_BOTH) return judge_both(c, function);
    return judge(c, function, c->verify_mode == VERIFY_INFER);
}

bool is_verified(Context *c, const Node *function, Buffer *report) {
    Verify v = verdict(c, function);
    if (v.problems) buffer_add(report, v.report.bytes, v.report.length);
    buffer_free(&v.report);
    return !v.problems;
}

Node *pass_verify(Context *c, Node *function) {
    Verify v = verdict(c, function);
    if (v.problems) verify_report(&v);
    buffer_free(&v.report);
    return v.problems ? NULL : function;
}
