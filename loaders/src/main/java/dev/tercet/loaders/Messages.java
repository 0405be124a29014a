package dev.tercet.loaders;

/** Error messages are one line, whatever the hostile file that they quote contains. */
final class Messages {
    private static final int LONGEST_QUOTE = 200;

    private Messages() {}

    /** Text from a file as a message may show it: control characters escaped, long text cut. */
    static String oneLine(String text) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < text.length() && line.length() < LONGEST_QUOTE; i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                line.append("\\n");
            } else if (Character.isISOControl(c) || Character.isSurrogate(c)) {
                line.append("\\u%04x".formatted((int) c));
            } else {
                line.append(c);
            }
        }
        return text.length() > LONGEST_QUOTE ? line + "…" : line.toString();
    }
}
