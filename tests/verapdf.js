// Run by `tests.verapdf` in the JavaScript engine that comes with veraPDF: for each PDF that is named, and for each of
// the two profiles, one JSON document a line with the clauses that it breaks.
importPackage(java.util, org.verapdf.pdfa.validation.profiles);
var Flavour = org.verapdf.pdfa.flavours.PDFAFlavour;
var foundry = org.verapdf.pdfa.Foundries;
var validators = org.verapdf.pdfa.validation.validators.ValidatorFactory;

function children(element, name) {
  var found = element.getElementsByTagNameNS("*", name), list = [];
  for (var at = 0; at < found.getLength(); at++) list.push(found.item(at));
  return list;
}

function text(element, name) {
  var found = children(element, name);
  return found.length ? found[0].getTextContent() : "";
}

function ruleOf(element) {
  var id = children(element, "id")[0], given = new ArrayList();
  children(element, "argument").forEach(function (argument) {
    given.add(ErrorArgumentImpl.fromValues(argument.getTextContent(), argument.getAttribute("name"), null));
  });
  return Profiles.ruleFromValues(
    Profiles.ruleIdFromValues(
      Flavour.Specification.valueOf(id.getAttribute("specification")),
      id.getAttribute("clause"),
      parseInt(id.getAttribute("testNumber"))
    ),
    element.getAttribute("object"),
    element.getAttribute("deferred") == "true" ? java.lang.Boolean.TRUE : null,
    element.getAttribute("tags"),
    text(element, "description"),
    text(element, "test"),
    Profiles.errorFromValues(text(element, "message"), given),
    new ArrayList()
  );
}

// veraPDF reads its profiles by JAXB, which Java has no longer; here the same files are read as plain XML.
function profileOf(flavour, file) {
  var home = java.lang.Class.forName("org.verapdf.pdfa.validation.profiles.Profiles");
  var parsing = javax.xml.parsers.DocumentBuilderFactory.newInstance();
  parsing.setNamespaceAware(true);
  var source = home.getResourceAsStream("/org/verapdf/pdfa/validation/" + file);
  var root = parsing.newDocumentBuilder().parse(source).getDocumentElement();
  var rules = new LinkedHashSet(), variables = new LinkedHashSet();
  children(root, "rule").forEach(function (element) {
    rules.add(ruleOf(element));
  });
  children(root, "variable").forEach(function (element) {
    variables.add(
      Profiles.variableFromValues(
        element.getAttribute("name"),
        element.getAttribute("object"),
        text(element, "defaultValue"),
        text(element, "value")
      )
    );
  });
  var details = Profiles.profileDetailsFromValues(file, file, "veraPDF", new Date());
  return Profiles.profileFromValues(flavour, details, "", rules, variables);
}

java.util.logging.LogManager.getLogManager().reset();
org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider.initialise();
var profiles = [profileOf(Flavour.PDFA_2_A, "PDFA-2A.xml"), profileOf(Flavour.PDFUA_1, "PDFUA-1.xml")];
Array.prototype.slice.call(arguments).forEach(function (name) {
  profiles.forEach(function (profile) {
    var flavour = profile.getPDFAFlavour();
    var parser = foundry.defaultInstance().createParser(new java.io.File(name), flavour);
    var result = validators.createValidator(profile, false).validate(parser);
    var broken = {};
    for (var each = result.getTestAssertions().iterator(); each.hasNext(); ) {
      var found = each.next(), rule = found.getRuleId();
      broken[rule.getClause() + "-" + rule.getTestNumber() + " " + found.getMessage()] = String(
        found.getLocation().getContext()
      );
    }
    print(
      JSON.stringify({
        file: name,
        profile: String(flavour.getId()),
        checked: result.getTotalAssertions(),
        compliant: result.isCompliant(),
        broken: broken
      })
    );
    parser.close();
  });
});
