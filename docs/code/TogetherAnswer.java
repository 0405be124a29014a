/** Chapter 9, exercise 1: where both steps take the same time. */
class TogetherAnswer {
    void main() {
        double run = 5e-3;
        double dot = 50e-9;
        for (int documents : new int[] {100_000, 1_000_000, 10_000_000})
            IO.println(documents + " documents: k = " + Math.round((run + documents * dot) / run));
    }
}
