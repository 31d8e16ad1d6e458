//! Puts partials in their place when templates are read. Handlebars copies the whole data of a
//! page for each `{{> partial}}` while it renders, and again for what is looked up inside: with
//! fifty messages that was nine tenths of the time of a page.

use std::collections::HashMap;

use handlebars::template::{DecoratorTemplate, Template, TemplateElement};

const PARTIAL_BLOCK: &str = "@partial-block";

/// `template` with every partial replaced that takes no arguments. One with arguments stays: it
/// has a context of its own, of which the copy is small.
///
/// An error inside of a replaced partial names the line that included it.
pub(super) fn inlined(template: &Template, all: &HashMap<String, Template>) -> Template {
    Inlining { all, block: None }.apply(template)
}

#[derive(Clone, Copy)]
struct Inlining<'a> {
    all: &'a HashMap<String, Template>,
    /// What stands for `{{> @partial-block}}`, done already.
    block: Option<&'a Template>,
}

impl Inlining<'_> {
    fn apply(self, template: &Template) -> Template {
        let mut whole = Template::default();
        whole.name.clone_from(&template.name);
        for (element, place) in template.elements.iter().zip(&template.mapping) {
            let elements = self.replace(element);
            whole.mapping.extend(elements.iter().map(|_| place.clone()));
            whole.elements.extend(elements);
        }
        whole
    }

    fn replace(self, element: &TemplateElement) -> Vec<TemplateElement> {
        match element {
            TemplateElement::PartialExpression(partial)
            | TemplateElement::PartialBlock(partial) => {
                if let Some(content) = self.content(partial) {
                    return content.elements;
                }
            }
            TemplateElement::HelperBlock(helper) => {
                let mut helper = helper.clone();
                for branch in [&mut helper.template, &mut helper.inverse] {
                    *branch = branch.as_ref().map(|branch| self.apply(branch));
                }
                return vec![TemplateElement::HelperBlock(helper)];
            }
            _ => {}
        }
        vec![element.clone()]
    }

    /// What stands in the place of a partial, if that is known before data is.
    fn content(self, partial: &DecoratorTemplate) -> Option<Template> {
        let name = partial.name.as_name()?;
        if !partial.params.is_empty() || !partial.hash.is_empty() {
            return None;
        }
        if name == PARTIAL_BLOCK {
            return self.block.cloned();
        }
        let block = partial.template.as_ref().map(|block| self.apply(block));
        let inner = Inlining {
            block: block.as_ref(),
            ..self
        };
        Some(inner.apply(self.all.get(name)?))
    }
}

#[cfg(test)]
mod tests {
    use handlebars::Handlebars;
    use serde_json::json;

    use super::*;

    const FILES: [(&str, &str); 5] = [
        (
            "page",
            "{{#> frame}}\n{{#> card}}\n<p>{{> name}}</p>\n{{/card}}\n{{/frame}}\n",
        ),
        (
            "frame",
            "<html>\n{{#if me}}{{> name}}{{/if}}\n{{> @partial-block}}\n</html>\n",
        ),
        (
            "card",
            "<main>\n  {{> name}}\n{{> @partial-block}}\n</main>\n",
        ),
        (
            "name",
            "{{#each people}}\n{{> one}}{{else}}nobody\n{{/each}}{{> one me word=\"!\"}}",
        ),
        ("one", "<b>{{name}}{{#if word}}{{word}}{{/if}}</b>"),
    ];

    fn registry() -> Handlebars<'static> {
        let mut registry = Handlebars::new();
        registry.set_prevent_indent(true);
        for (name, source) in FILES {
            registry.register_template_string(name, source).unwrap();
        }
        registry
    }

    #[test]
    fn a_page_with_its_partials_in_place_reads_the_same() {
        let plain = registry();
        let mut quick = registry();
        for (name, template) in plain.get_templates() {
            quick.register_template(name, inlined(template, plain.get_templates()));
        }
        let (ana, bo) = (json!({"name": "ana"}), json!({"name": "bo"}));
        for page in [
            json!({"me": ana, "people": [bo, ana]}),
            json!({"me": ana, "people": []}),
        ] {
            let expected = plain.render("page", &page).unwrap();
            assert!(expected.contains("<b>ana!</b>"));
            assert_eq!(quick.render("page", &page).unwrap(), expected);
        }
    }

    #[test]
    fn only_partials_with_arguments_are_left() {
        let plain = registry();
        let page = inlined(&plain.get_templates()["page"], plain.get_templates());
        let left = format!("{page:?}");
        assert!(!left.contains("PartialBlock"));
        assert_eq!(left.matches("PartialExpression").count(), 3);
    }
}
