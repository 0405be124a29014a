import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Packs several jars into one: {@code java PackJar.java OUTPUT TIMESTAMP JAR...}. Model files are stored, not
 * compressed, and start at a multiple of {@value #ALIGNMENT} bytes, so that they are mapped where they lie. Entries are
 * sorted and carry one time, so that the same input gives the same bytes. Where two jars have a file, the first one's
 * is taken.
 *
 * <p>Classes in a format older than Java 6 are written anew in that of Java 11, with the stack maps that came in
 * between: the JVM's AOT cache holds no class without them.
 */
class PackJar {
    private static final String MODELS = "META-INF/tercet/models/";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final int ALIGNMENT = 64;

    /** Bytes from the start of a class file to the end of the number of its format. */
    private static final int FORMAT_END = 8;

    public static void main(String[] args) throws IOException {
        Path output = Path.of(args[0]);
        LocalDateTime time = OffsetDateTime.parse(args[1])
                .withOffsetSameInstant(ZoneOffset.UTC)
                .toLocalDateTime();
        List<ZipFile> jars = new ArrayList<>();
        Map<String, ZipFile> holders = new TreeMap<>();
        for (String name : List.of(args).subList(2, args.length)) {
            ZipFile jar = new ZipFile(name);
            jars.add(jar);
            jar.stream()
                    .filter(entry -> !entry.isDirectory())
                    .filter(entry -> jars.size() == 1 || !entry.getName().equals(MANIFEST))
                    .filter(entry -> !entry.getName().startsWith("META-INF/maven/"))
                    .forEach(entry -> holders.putIfAbsent(entry.getName(), jar));
        }
        Path partial = output.resolveSibling(output.getFileName() + ".partial");
        try (Counting counting = new Counting(new BufferedOutputStream(Files.newOutputStream(partial), 1 << 16));
                ZipOutputStream zip = new ZipOutputStream(counting)) {
            // Readers of streamed jars expect the manifest first.
            write(zip, counting, holders.remove(MANIFEST), MANIFEST, time);
            for (Map.Entry<String, ZipFile> entry : holders.entrySet()) {
                write(zip, counting, entry.getValue(), entry.getKey(), time);
            }
        }
        Files.move(partial, output, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        for (ZipFile jar : jars) {
            jar.close();
        }
    }

    private static void write(ZipOutputStream zip, Counting counting, ZipFile from, String name, LocalDateTime time)
            throws IOException {
        ZipEntry source = from.getEntry(name);
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(time);
        if (name.startsWith(MODELS)) {
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(source.getSize());
            entry.setCrc(crc(from, source));
            zip.flush();
            // local file header: 30 bytes, the name, then one extra field that has 6 bytes of its own
            long data = counting.count + 30 + name.getBytes(StandardCharsets.UTF_8).length + 6;
            entry.setExtra(padding((int) Math.floorMod(-data, (long) ALIGNMENT)));
        }
        zip.putNextEntry(entry);
        try (InputStream in = from.getInputStream(source)) {
            if (name.endsWith(".class")) {
                zip.write(inFormatWithStackMaps(in.readAllBytes(), from));
            } else {
                in.transferTo(zip);
            }
        }
        zip.closeEntry();
    }

    /** A class as it is, or, where its format knows no stack maps, in one that does. */
    private static byte[] inFormatWithStackMaps(byte[] bytes, ZipFile jar) {
        if (ByteBuffer.wrap(bytes, FORMAT_END - 2, 2).getShort() >= ClassFile.JAVA_6_VERSION) {
            return bytes;
        }
        ClassHierarchyResolver hierarchy = ClassHierarchyResolver.ofResourceParsing(type -> {
                    String descriptor = type.descriptorString();
                    ZipEntry entry = jar.getEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
                    try {
                        return entry == null ? null : jar.getInputStream(entry);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .orElse(ClassHierarchyResolver.defaultResolver());
        ClassFile format =
                ClassFile.of(StackMapsOption.GENERATE_STACK_MAPS, ClassFile.ClassHierarchyResolverOption.of(hierarchy));
        ClassModel old = format.parse(bytes);
        // instruction by instruction, since a method that is copied as a whole keeps its lack of stack maps
        ClassTransform methods = ClassTransform.transformingMethodBodies((code, element) -> code.with(element));
        return format.transformClass(old, methods.andThen((builder, element) -> {
            if (element instanceof ClassFileVersion) {
                builder.withVersion(ClassFile.JAVA_11_VERSION, 0);
            } else {
                builder.with(element);
            }
        }));
    }

    /** The extra field that Android's zipalign uses for the same purpose: id, length, the alignment, zeros. */
    private static byte[] padding(int zeros) {
        return ByteBuffer.allocate(6 + zeros)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) 0xd935)
                .putShort((short) (2 + zeros))
                .putShort((short) ALIGNMENT)
                .array();
    }

    private static long crc(ZipFile zip, ZipEntry entry) throws IOException {
        CRC32 crc = new CRC32();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = zip.getInputStream(entry)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                crc.update(buffer, 0, n);
            }
        }
        return crc.getValue();
    }

    private static final class Counting extends OutputStream {
        private final OutputStream out;
        private long count;

        Counting(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            count += length;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
