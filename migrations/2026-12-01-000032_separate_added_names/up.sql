-- The names in a notice of several added people are on lines of their own, because a name may have a comma.
UPDATE messages SET body = replace(body, ', ', char(10)) WHERE notice = 'added';
