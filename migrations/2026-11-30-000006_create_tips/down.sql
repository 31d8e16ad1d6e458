DROP TABLE dismissed_tips;
