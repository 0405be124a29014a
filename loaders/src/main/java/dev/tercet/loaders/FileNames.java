package dev.tercet.loaders;

/** Names of files inside a model: relative, with forward slashes, never leaving the model. */
final class FileNames {
    private FileNames() {}

    /**
     * The name itself when it stays inside the model.
     *
     * @param model the model as a message should name it
     */
    static String check(String model, String name) {
        if (!staysInside(name)) {
            throw new InvalidModelException(model + ": file name \"" + Messages.oneLine(name)
                    + "\" is not allowed, expected a relative name inside the model such as 1_Pooling/config.json");
        }
        return name;
    }

    static boolean staysInside(String name) {
        // A backslash or a colon would mean a folder or a drive on Windows.
        if (name.isEmpty() || !name.chars().allMatch(c -> c >= ' ' && c != 0x7f && c != '\\' && c != ':')) {
            return false;
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return true;
    }
}
