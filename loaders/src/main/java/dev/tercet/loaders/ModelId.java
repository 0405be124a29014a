package dev.tercet.loaders;

import java.util.regex.Pattern;

/**
 * The name of a model on the Hugging Face Hub, written {@code organisation/name} or {@code organisation/name@revision}.
 * Only names that are safe as one folder and as parts of an address exist as values of this type.
 *
 * @param repository {@code organisation/name}, or {@code name} alone for the oldest models
 * @param revision a branch, tag or commit; {@code main} when none is given
 * @see <a href="https://huggingface.co/docs/huggingface_hub/package_reference/utilities">validate_repo_id</a>, whose
 *     rules for the repository these are
 */
public record ModelId(String repository, String revision) {
    private static final String MAIN = "main";
    private static final int LONGEST_REPOSITORY = 96;
    private static final int LONGEST_REVISION = 200;
    private static final String WORD = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?";
    private static final Pattern REPOSITORY = Pattern.compile("(?:" + WORD + "/)?" + WORD);
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+/-]*");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    /**
     * A name whose form is checked.
     *
     * @throws InvalidModelException when the repository or the revision has another form
     */
    public ModelId {
        if (!isRepository(repository)) {
            throw new InvalidModelException("\"" + Messages.oneLine(repository)
                    + "\" is not the id of a model: expected organisation/name of letters, digits, '-', '_' and '.',"
                    + " such as sentence-transformers/all-MiniLM-L6-v2");
        }
        if (!isRevision(revision)) {
            throw new InvalidModelException(repository + ": \"" + Messages.oneLine(revision)
                    + "\" is not a revision: expected a branch, a tag or a commit such as main");
        }
    }

    /**
     * Reads {@code organisation/name} or {@code organisation/name@revision}.
     *
     * @throws InvalidModelException when it is neither
     */
    public static ModelId parse(String text) {
        int at = text.indexOf('@');
        return at < 0 ? new ModelId(text, MAIN) : new ModelId(text.substring(0, at), text.substring(at + 1));
    }

    private static boolean isRepository(String text) {
        return text.length() <= LONGEST_REPOSITORY
                && REPOSITORY.matcher(text).matches()
                && !text.contains("--")
                && !text.contains("..")
                && !text.endsWith(".git");
    }

    private static boolean isRevision(String text) {
        return text.length() <= LONGEST_REVISION
                && REVISION.matcher(text).matches()
                && FileNames.staysInside(text)
                && !text.contains("..");
    }

    /** Whether the revision is a full commit hash, which always names the same files. */
    public boolean isCommit() {
        return isCommit(revision);
    }

    static boolean isCommit(String revision) {
        return COMMIT.matcher(revision).matches();
    }

    /** As the user writes it: without the revision when that is {@code main}. */
    @Override
    public String toString() {
        return revision.equals(MAIN) ? repository : repository + "@" + revision;
    }
}
