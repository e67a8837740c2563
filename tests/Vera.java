import java.io.FileInputStream;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.validators.ValidatorConfigBuilder;

/**
 * Checks files against veraPDF's own profiles: {@code java -cp ... Vera.java 3a,ua1 FILE...}
 *
 * <p>Prints one line per file and flavour, {@code RESULT file flavour true|false checks}, and one line per rule that
 * failed. A file that cannot be parsed gives {@code RESULT file flavour false 0}. Run by verapdf.py.
 */
public final class Vera {
    private Vera() {}

    public static void main(String[] arguments) {
        VeraGreenfieldFoundryProvider.initialise();
        java.util.logging.LogManager.getLogManager().reset();
        for (int at = 1; at < arguments.length; at++) {
            for (String flavour : arguments[0].split(",")) {
                try {
                    check(arguments[at], flavour);
                } catch (Exception | Error trouble) {
                    System.out.println("FAILED\t" + arguments[at] + "\t" + flavour + "\t" + trouble);
                    System.out.println("RESULT\t" + arguments[at] + "\t" + flavour + "\tfalse\t0");
                }
            }
        }
    }

    private static void check(String file, String name) throws Exception {
        PDFAFlavour flavour = PDFAFlavour.fromString(name);
        String profile = name.startsWith("ua") ? "PDFUA-" + name.substring(2) : "PDFA-" + name.toUpperCase();
        ValidationProfile rules = Profiles.profileFromXml(
                Vera.class.getResourceAsStream("/org/verapdf/pdfa/validation/" + profile + ".xml"));
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(file), flavour)) {
            PDFAValidator validator = Foundries.defaultInstance()
                    .createValidator(ValidatorConfigBuilder.defaultBuilder().flavour(flavour).build(), rules);
            ValidationResult result = validator.validate(parser);
            Map<String, String> failed = new TreeMap<>();
            for (TestAssertion one : result.getTestAssertions()) {
                if (one.getStatus() == TestAssertion.Status.FAILED) {
                    String rule = one.getRuleId().getClause() + "-" + one.getRuleId().getTestNumber();
                    failed.putIfAbsent(rule, one.getMessage() + " @ " + one.getLocation().getContext());
                }
            }
            for (Map.Entry<String, String> one : failed.entrySet()) {
                String message = one.getValue().replaceAll("\\s+", " ");
                System.out.println("FAILED\t" + file + "\t" + name + "\t" + one.getKey() + " " + message);
            }
            System.out.println("RESULT\t" + file + "\t" + name + "\t" + result.isCompliant() + "\t"
                    + result.getTotalAssertions());
        }
    }
}
