package ribambelle;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.FilteringTokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.charfilter.HTMLStripCharFilter;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.LowerCaseFilter;
import org.apache.lucene.analysis.core.UpperCaseFilter;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.fr.FrenchLightStemFilter;
import org.apache.lucene.analysis.fr.FrenchMinimalStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.miscellaneous.TrimFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.synonym.SolrSynonymParser;
import org.apache.lucene.analysis.synonym.SynonymFilter;
import org.apache.lucene.analysis.synonym.SynonymGraphFilter;
import org.apache.lucene.analysis.synonym.SynonymMap;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.util.ElisionFilter;
import org.apache.lucene.util.CharsRef;
import org.apache.lucene.util.CharsRefBuilder;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexService.IndexCreationContext;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.CustomAnalyzer;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;
import org.tartarus.snowball.ext.FrenchStemmer;

/**
 * Stands in for the distribution's analysis-common module, which is not published as an artefact.
 *
 * <p>It registers, under Elasticsearch's own names, parameters and defaults, what a French index uses;
 * the filters themselves are Lucene's. A parameter that is not read here is refused, so that no index
 * setting works on this node and means something else on the official distribution. Reference: the
 * pages of each filter in Elasticsearch's "Text analysis" guide.
 */
public final class AnalysisCommonModule extends Plugin implements AnalysisPlugin {

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return Map.ofEntries(
            Map.entry("lowercase", optional(Set.of(), (name, s, env) -> new Normalizing(name, LowerCaseFilter::new))),
            Map.entry("uppercase", optional(Set.of(), (name, s, env) -> new Normalizing(name, UpperCaseFilter::new))),
            Map.entry("trim", optional(Set.of(), (name, s, env) -> new Normalizing(name, TrimFilter::new))),
            Map.entry("asciifolding", optional(Set.of("preserve_original"), AnalysisCommonModule::asciiFolding)),
            Map.entry("elision", required(Set.of("articles", "articles_case"), AnalysisCommonModule::elision)),
            Map.entry("stemmer", required(Set.of("language", "name"), AnalysisCommonModule::stemmer)),
            Map.entry("unique", optional(Set.of("only_on_same_position"), AnalysisCommonModule::unique)),
            Map.entry("length", optional(Set.of("min", "max"), AnalysisCommonModule::length)),
            Map.entry("truncate", required(Set.of("length"), AnalysisCommonModule::truncate)),
            Map.entry("edge_ngram",
                optional(Set.of("min_gram", "max_gram", "preserve_original"), AnalysisCommonModule::edgeNGram)),
            Map.entry("synonym", required(Synonyms.PARAMETERS, (name, s, env) -> Synonyms.of(name, s, false))),
            Map.entry("synonym_graph", required(Synonyms.PARAMETERS, (name, s, env) -> Synonyms.of(name, s, true))));
    }

    @Override
    public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
        return Map.of(
            "html_strip", optional(Set.of(), (name, s, env) -> new Chars(name, HTMLStripCharFilter::new)),
            "mapping", required(Set.of("mappings"), AnalysisCommonModule::mapping),
            "pattern_replace", required(Set.of("pattern", "replacement"), AnalysisCommonModule::patternReplace));
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of(
            "keyword", optional(Set.of(), (name, s, env) -> TokenizerFactory.newFactory(name, KeywordTokenizer::new)),
            "whitespace",
            optional(Set.of(), (name, s, env) -> TokenizerFactory.newFactory(name, WhitespaceTokenizer::new)),
            "pattern", optional(Set.of("pattern", "group"), AnalysisCommonModule::patternTokenizer));
    }

    // ---- registration ----

    private interface Maker<T> {
        T make(String name, Settings settings, Environment environment);
    }

    /** What can be named in an analyzer without a definition of its own. */
    private static <T> AnalysisProvider<T> optional(Set<String> parameters, Maker<? extends T> maker) {
        return (index, environment, name, settings) -> {
            Set<String> unknown = new TreeSet<>(settings.names());
            unknown.removeAll(parameters);
            unknown.removeAll(Set.of("type", "index")); // "index": the version that created the index
            if (unknown.isEmpty() == false) {
                throw new IllegalArgumentException(
                    "[" + name + "]: the local node does not know the parameters " + unknown);
            }
            return maker.make(name, settings, environment);
        };
    }

    /** What means nothing without parameters: Elasticsearch then does not build it by default. */
    private static <T> AnalysisProvider<T> required(Set<String> parameters, Maker<? extends T> maker) {
        return AnalysisPlugin.requiresAnalysisSettings(optional(parameters, maker));
    }

    private record Simple(String name, UnaryOperator<TokenStream> filter) implements TokenFilterFactory {
        @Override
        public TokenStream create(TokenStream tokens) {
            return filter.apply(tokens);
        }
    }

    /** A filter that keeps one token for one token, and so may stand in a normalizer. */
    private record Normalizing(String name, UnaryOperator<TokenStream> filter) implements NormalizingTokenFilterFactory {
        @Override
        public TokenStream create(TokenStream tokens) {
            return filter.apply(tokens);
        }
    }

    private record Chars(String name, UnaryOperator<Reader> filter) implements NormalizingCharFilterFactory {
        @Override
        public Reader create(Reader reader) {
            return filter.apply(reader);
        }
    }

    // ---- token filters ----

    private static TokenFilterFactory asciiFolding(String name, Settings settings, Environment environment) {
        boolean preserve = settings.getAsBoolean("preserve_original", false);
        TokenFilterFactory folding = new Normalizing(name, tokens -> new ASCIIFoldingFilter(tokens, false));
        if (preserve == false) {
            return folding;
        }
        return new NormalizingTokenFilterFactory() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public TokenStream create(TokenStream tokens) {
                return new ASCIIFoldingFilter(tokens, true);
            }

            @Override
            public TokenStream normalize(TokenStream tokens) {
                return folding.create(tokens);
            }

            @Override
            public TokenFilterFactory getSynonymFilter() {
                return folding;
            }
        };
    }

    private static TokenFilterFactory elision(String name, Settings settings, Environment environment) {
        CharArraySet articles = Analysis.parseArticles(environment, settings);
        if (articles == null) {
            throw new IllegalArgumentException("[" + name + "]: elision needs [articles]");
        }
        return new Normalizing(name, tokens -> new ElisionFilter(tokens, articles));
    }

    private static TokenFilterFactory stemmer(String name, Settings settings, Environment environment) {
        String language = settings.get("language", settings.get("name", ""));
        return new Simple(name, switch (language) {
            case "light_french", "lightFrench" -> FrenchLightStemFilter::new;
            case "minimal_french", "minimalFrench" -> FrenchMinimalStemFilter::new;
            case "french" -> tokens -> new SnowballFilter(tokens, new FrenchStemmer());
            default -> throw new IllegalArgumentException(
                "[" + name + "]: the local node has no stemmer for [" + language + "]");
        });
    }

    private static TokenFilterFactory unique(String name, Settings settings, Environment environment) {
        boolean samePosition = settings.getAsBoolean("only_on_same_position", false);
        return new Simple(name, samePosition ? RemoveDuplicatesTokenFilter::new : Unique::new);
    }

    private static final class Unique extends FilteringTokenFilter {
        private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
        private final CharArraySet seen = new CharArraySet(16, false);

        Unique(TokenStream tokens) {
            super(tokens);
        }

        @Override
        protected boolean accept() {
            return seen.add(term.toString());
        }

        @Override
        public void reset() throws IOException {
            super.reset();
            seen.clear();
        }
    }

    private static TokenFilterFactory length(String name, Settings settings, Environment environment) {
        int min = settings.getAsInt("min", 0);
        int max = settings.getAsInt("max", Integer.MAX_VALUE);
        return new Simple(name, tokens -> new LengthFilter(tokens, min, max));
    }

    private static TokenFilterFactory truncate(String name, Settings settings, Environment environment) {
        int length = settings.getAsInt("length", -1);
        if (length <= 0) {
            throw new IllegalArgumentException("[" + name + "]: truncate needs a positive [length]");
        }
        return new Simple(name, tokens -> new TruncateTokenFilter(tokens, length));
    }

    private static TokenFilterFactory edgeNGram(String name, Settings settings, Environment environment) {
        int min = settings.getAsInt("min_gram", 1);
        int max = settings.getAsInt("max_gram", 2);
        boolean preserve = settings.getAsBoolean("preserve_original", false);
        return new TokenFilterFactory() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public TokenStream create(TokenStream tokens) {
                return new EdgeNGramTokenFilter(tokens, min, max, preserve);
            }

            @Override
            public boolean breaksFastVectorHighlighter() {
                return true;
            }

            @Override
            public TokenFilterFactory getSynonymFilter() {
                throw new IllegalArgumentException("Token filter [" + name + "] cannot be used to parse synonyms");
            }
        };
    }

    /** Rules in Solr's format, read through the analysis chain that stands before the filter. */
    private record Synonyms(String name, List<String> rules, boolean expand, boolean lenient, boolean graph)
        implements TokenFilterFactory {
        static final Set<String> PARAMETERS = Set.of("synonyms", "expand", "lenient");

        static Synonyms of(String name, Settings settings, boolean graph) {
            List<String> rules = settings.getAsList("synonyms", null);
            if (rules == null) {
                throw new IllegalArgumentException("[" + name + "]: synonyms need an inline [synonyms] list");
            }
            return new Synonyms(
                name, rules, settings.getAsBoolean("expand", true), settings.getAsBoolean("lenient", false), graph);
        }

        @Override
        public TokenStream create(TokenStream tokens) {
            throw new IllegalStateException("[" + name + "] was not told which analysis chain it stands in");
        }

        @Override
        public TokenFilterFactory getChainAwareTokenFilterFactory(
            IndexCreationContext context,
            TokenizerFactory tokenizer,
            List<CharFilterFactory> charFilters,
            List<TokenFilterFactory> previous,
            Function<String, TokenFilterFactory> allFilters
        ) {
            TokenFilterFactory[] forRules =
                previous.stream().map(TokenFilterFactory::getSynonymFilter).toArray(TokenFilterFactory[]::new);
            SynonymMap map;
            try (Analyzer analyzer =
                new CustomAnalyzer(tokenizer, charFilters.toArray(CharFilterFactory[]::new), forRules)) {
                map = read(analyzer);
            }
            return new TokenFilterFactory() {
                @Override
                public String name() {
                    return name;
                }

                @Override
                public TokenStream create(TokenStream tokens) {
                    if (map.fst == null) {
                        return tokens;
                    }
                    return graph ? new SynonymGraphFilter(tokens, map, false) : new SynonymFilter(tokens, map, false);
                }

                @Override
                public TokenFilterFactory getSynonymFilter() {
                    return IDENTITY_FILTER;
                }
            };
        }

        private SynonymMap read(Analyzer analyzer) {
            try {
                RuleParser parser = new RuleParser(expand, lenient, analyzer);
                parser.parse(new StringReader(String.join("\n", rules)));
                return parser.build();
            } catch (IOException | ParseException | IllegalArgumentException e) {
                throw new IllegalArgumentException("[" + name + "]: cannot read the synonyms", e);
            }
        }
    }

    /** {@code lenient}: a term that the chain takes away entirely drops out of its rule instead of failing it. */
    private static final class RuleParser extends SolrSynonymParser {
        private final boolean lenient;

        RuleParser(boolean expand, boolean lenient, Analyzer analyzer) {
            super(true, expand, analyzer);
            this.lenient = lenient;
        }

        @Override
        public CharsRef analyze(String text, CharsRefBuilder reuse) throws IOException {
            try {
                return super.analyze(text, reuse);
            } catch (IllegalArgumentException e) {
                if (lenient) {
                    return new CharsRef("");
                }
                throw e;
            }
        }

        @Override
        public void add(CharsRef input, CharsRef output, boolean includeOriginal) {
            if (input.length > 0 && output.length > 0) {
                super.add(input, output, includeOriginal);
            }
        }
    }

    // ---- char filters ----

    private static CharFilterFactory mapping(String name, Settings settings, Environment environment) {
        NormalizeCharMap.Builder builder = new NormalizeCharMap.Builder();
        for (String rule : settings.getAsList("mappings")) {
            int arrow = rule.lastIndexOf("=>");
            if (arrow <= 0) {
                throw new IllegalArgumentException("[" + name + "]: [" + rule + "] is not a rule [from => to]");
            }
            builder.add(unescape(rule.substring(0, arrow).trim()), unescape(rule.substring(arrow + 2).trim()));
        }
        NormalizeCharMap map = builder.build();
        return new Chars(name, reader -> new MappingCharFilter(map, reader));
    }

    /** The escapes of a mapping rule: backslash, b, f, n, r, t and u with four hexadecimal digits. */
    private static String unescape(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            if (++i == text.length()) {
                throw new IllegalArgumentException("[" + text + "] ends within an escape");
            }
            switch (text.charAt(i)) {
                case '\\' -> out.append('\\');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'u' -> {
                    out.append((char) Integer.parseInt(text.substring(i + 1, i + 5), 16));
                    i += 4;
                }
                default -> throw new IllegalArgumentException("[" + text + "] has an unknown escape");
            }
        }
        return out.toString();
    }

    private static CharFilterFactory patternReplace(String name, Settings settings, Environment environment) {
        String pattern = settings.get("pattern");
        if (pattern == null) {
            throw new IllegalArgumentException("[" + name + "]: pattern_replace needs [pattern]");
        }
        Pattern compiled = Pattern.compile(pattern);
        String replacement = settings.get("replacement", "");
        return new Chars(name, reader -> new PatternReplaceCharFilter(compiled, replacement, reader));
    }

    // ---- tokenizers ----

    private static TokenizerFactory patternTokenizer(String name, Settings settings, Environment environment) {
        Pattern pattern = Pattern.compile(settings.get("pattern", "\\W+"));
        int group = settings.getAsInt("group", -1);
        return TokenizerFactory.newFactory(name, () -> new PatternTokenizer(pattern, group));
    }
}
